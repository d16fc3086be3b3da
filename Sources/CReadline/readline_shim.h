// What the shell needs of GNU readline. Its settings are global variables, which Swift 6 lets nobody
// touch; they are set through the functions below, from the main thread alone.
#ifndef C360_READLINE_SHIM_H
#define C360_READLINE_SHIM_H

// Readline's headers name FILE without including it.
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>
#include <stdlib.h>
#include <string.h>

typedef char **(*c360_completer)(const char *text, int start, int end);
typedef char *(*c360_generator)(const char *text, int state);

// The name under which an inputrc file may hold settings of ours, and signals left to us.
static inline void c360_readline_setup(c360_completer completer, rl_compdisp_func_t *display) {
  rl_readline_name = "c360";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_attempted_completion_function = completer;
  rl_completion_display_matches_hook = display;
  // Words are cut by the language, not by readline: everything before the cursor is ours.
  rl_completer_word_break_characters = "";
  rl_basic_word_break_characters = "";
  rl_completer_quote_characters = "";
  rl_sort_completion_matches = 0;
}

static inline const char *c360_line(void) { return rl_line_buffer ? rl_line_buffer : ""; }
static inline int c360_point(void) { return rl_point; }
static inline int c360_end(void) { return rl_end; }
static inline void c360_set_point(int point) { rl_point = point; }
static inline void c360_completion_over(void) { rl_attempted_completion_over = 1; }
static inline void c360_append(int character) {
  rl_completion_append_character = character;
  rl_completion_suppress_append = character == 0;
}

// Ctrl-C at the prompt: whatever is typed goes, a search or a count included.
static inline void c360_abandon_line(void) {
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_cleanup_after_signal();
}

#endif
