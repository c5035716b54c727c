# Completion of ccl for bash: every word is asked of ccl itself.
_ccl() {
	local line prefix cur=${COMP_WORDS[COMP_CWORD]} i words=()
	COMPREPLY=()
	# bash cuts words at = and :, ccl does not
	for ((i = 1; i <= COMP_CWORD; i++)); do
		if [[ ${#words[@]} -gt 0 && (${COMP_WORDS[i]} == [=:]* || ${COMP_WORDS[i - 1]} == *[=:]) ]]; then
			words[${#words[@]} - 1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
		fi
	done
	cur=${words[${#words[@]} - 1]}
	prefix=
	case $COMP_WORDBREAKS in *[=:]*) prefix=${cur%"${cur##*[=:]}"} ;; esac
	while IFS= read -r line; do
		if [[ $line == / ]]; then
			compopt -o filenames 2>/dev/null
			while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "${cur#"$prefix"}")
			return
		fi
		line=${line%%$'\t'*}
		[[ $line != *[=:] && $line != *, ]] || compopt -o nospace 2>/dev/null
		printf -v line %q "${line#"$prefix"}"
		COMPREPLY+=("$line")
	done < <("${COMP_WORDS[0]}" complete "${words[@]}" 2>/dev/null)
}
complete -F _ccl ccl
