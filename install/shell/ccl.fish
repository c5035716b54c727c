# Completion of ccl for fish: every word is asked of ccl itself.
function __ccl_complete
    set -l before (commandline -opc)
    set -l last (commandline -ct)
    for line in ($before[1] complete $before[2..-1] "$last" 2>/dev/null)
        if test "$line" = /
            __fish_complete_path $last
        else
            echo $line
        end
    end
end
complete -c ccl -f -a '(__ccl_complete)'
