// SPDX-License-Identifier: MIT
// The completion scripts beside this file, for `ccl completion`.
#ifndef CCL_INSTALL_SCRIPTS_H
#define CCL_INSTALL_SCRIPTS_H

extern const char script_bash[], script_zsh[], script_fish[];

#endif
