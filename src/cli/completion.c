/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/completion.h"

#include <string.h>

#include "cli/verb.h"

/* "-t | --test": the patterns of a shell's `case` that match the option. */
static void write_pattern(const struct option *option, FILE *stream)
{
        if (option->letter)
                fprintf(stream, "-%c | ", option->letter);
        fprintf(stream, "--%s", option->name);
}

static void write_words(const struct option *option, FILE *stream)
{
        for (unsigned i = 0; i <= option->maximum; i++)
                fprintf(stream, "%s%s", i ? " " : "", option->word(i));
}

/* The name as a word of the script: "db-import". */
static void write_name(const struct verb *verb, FILE *stream)
{
        for (const char *letter = verb->name; *letter; letter++)
                fputc(*letter == ' ' ? '-' : *letter, stream);
}

static void write_first_words(FILE *stream)
{
        for (const struct verb *const *verb = verbs; *verb; verb++)
                if (verb_begins_family(verb))
                        fprintf(stream, "%.*s ", (int)verb_family_length(*verb), (*verb)->name);
}

/* For each family an arm that offers the second words: `db) family='init import ' ;;`. */
static void write_families(FILE *stream)
{
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                size_t length = verb_family_length(*verb);

                if (!(*verb)->name[length] || !verb_begins_family(verb))
                        continue;
                fprintf(stream, "    %.*s) family='", (int)length, (*verb)->name);
                for (const struct verb *const *other = verb;
                        *other && verb_family_length(*other) == length &&
                        strncmp((*other)->name, (*verb)->name, length) == 0;
                        other++)
                        fprintf(stream, "%s ", (*other)->name + length + 1);
                fputs("' ;;\n", stream);
        }
}

/*
 * One arm for each verb. Options that take one of several words offer these; for others with a
 * value nothing is offered here, so that the shell falls back to file names.
 */
static void write_bash_verb(const struct verb *verb, FILE *stream)
{
        fputs("    ", stream);
        write_name(verb, stream);
        fputs(")\n        case $previous in\n", stream);
        for (const struct option_group *group = verb->groups; group->options; group++) {
                for (const struct option *option = group->options; option->name; option++) {
                        if (option->kind == OPTION_FLAG || option->implied)
                                continue;
                        fputs("        ", stream);
                        write_pattern(option, stream);
                        if (option->kind == OPTION_CHOICE) {
                                fputs(") words='", stream);
                                write_words(option, stream);
                                fputs("' ;;\n", stream);
                        } else {
                                fputs(") return ;;\n", stream);
                        }
                }
        }
        fputs("        *) [[ $current == -* ]] && words='", stream);
        for (const struct option_group *group = verb->groups; group->options; group++) {
                for (const struct option *option = group->options; option->name; option++)
                        fprintf(stream, "--%s ", option->name);
        }
        fputs("--help' ;;\n        esac\n        ;;\n", stream);
}

void completion_bash(FILE *stream)
{
        fputs("# bash completion for loupe, made by `loupe completion bash`\n"
              "_loupe()\n"
              "{\n"
              "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
              "    local words= family= first=1 i\n"
              "\n"
              "    COMPREPLY=()\n"
              "    # `help` is followed by what loupe is.\n"
              "    [[ ${COMP_WORDS[1]} != help ]] || ((COMP_CWORD == 1)) || first=2\n"
              "    # Commands of two words: what the second may be.\n"
              "    case ${COMP_WORDS[first]} in\n",
                stream);
        write_families(stream);
        fputs("    esac\n"
              "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
              "        if [[ ${COMP_WORDS[i]} == -- ]]; then\n"
              "            declare -F _command_offset >/dev/null && _command_offset $((i + 1))\n"
              "            return\n"
              "        fi\n"
              "    done\n"
              "    # bash takes --name=value for three words.\n"
              "    if [[ $current == = ]]; then\n"
              "        current=\n"
              "    elif [[ $previous == = ]]; then\n"
              "        previous=${COMP_WORDS[COMP_CWORD-2]}\n"
              "    fi\n"
              "    if ((COMP_CWORD == first)); then\n"
              "        words='",
                stream);
        write_first_words(stream);
        fputs("--help --version'\n"
              "        family=\n"
              "    fi\n"
              "    if ((COMP_CWORD == first + 1)) && [[ $family ]]; then\n"
              "        words=$family\n"
              "    elif ((COMP_CWORD > 1 && first == 1)); then\n"
              "    case ${COMP_WORDS[1]}${family:+-${COMP_WORDS[2]}} in\n",
                stream);
        for (const struct verb *const *verb = verbs; *verb; verb++)
                write_bash_verb(*verb, stream);
        fputs("    esac\n"
              "    fi\n"
              "    [[ $words ]] && COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
              "}\n"
              "complete -o bashdefault -o default -F _loupe loupe\n",
                stream);
}

/* Text in single quotes in which _arguments() sees no syntax of its own. */
static void write_zsh_text(const char *text, FILE *stream)
{
        for (; *text; text++) {
                if (strchr("[]:\\", *text))
                        fputc('\\', stream);
                if (*text == '\'')
                        fputs("'\\''", stream);
                else
                        fputc(*text, stream);
        }
}

/* '*'{-t+,--test=}'[the test script]:SCRIPT:_files' */
static void write_zsh_option(const struct option *option, FILE *stream)
{
        const char *short_suffix = option->kind == OPTION_FLAG ? "" : "+";
        const char *long_suffix = option->kind == OPTION_FLAG ? "" : option->implied ? "=-" : "=";

        fputs("            ", stream);
        if (option->kind == OPTION_LIST)
                fputs("'*'", stream);
        else if (option->letter)
                fprintf(stream, "'(-%c --%s)'", option->letter, option->name);
        if (option->letter)
                fprintf(stream, "{-%c%s,--%s%s}'[", option->letter, short_suffix, option->name,
                        long_suffix);
        else
                fprintf(stream, "'--%s%s[", option->name, long_suffix);
        write_zsh_text(option->help, stream);
        fputc(']', stream);
        if (option->kind != OPTION_FLAG) {
                fputs(option->implied ? "::" : ":", stream);
                write_zsh_text(option->placeholder, stream);
                if (option->kind == OPTION_CHOICE) {
                        fputs(":(", stream);
                        write_words(option, stream);
                        fputc(')', stream);
                } else {
                        fputs(":_files", stream);
                }
        }
        fputs("' \\\n", stream);
}

static void write_zsh_verb(const struct verb *verb, FILE *stream)
{
        fputs("    ", stream);
        write_name(verb, stream);
        fputs(")\n        _arguments \\\n", stream);
        for (const struct option_group *group = verb->groups; group->options; group++) {
                for (const struct option *option = group->options; option->name; option++)
                        write_zsh_option(option, stream);
        }
        fputs("            '(-h --help)'{-h,--help}'[help]' \\\n"
              "            '*:operand:_loupe_operand'\n"
              "        ;;\n",
                stream);
}

void completion_zsh(FILE *stream)
{
        fputs("#compdef loupe\n"
              "# zsh completion for loupe, made by `loupe completion zsh`\n"
              "\n"
              "# A program and its arguments after --, a file before.\n"
              "_loupe_operand()\n"
              "{\n"
              "    local dashes=${words[(i)--]}\n"
              "\n"
              "    if ((dashes < CURRENT)); then\n"
              "        shift $dashes words\n"
              "        ((CURRENT -= dashes))\n"
              "        _normal\n"
              "    else\n"
              "        _files\n"
              "    fi\n"
              "}\n"
              "\n"
              "local context state state_descr line\n"
              "typeset -A opt_args\n"
              "local -a commands=(\n",
                stream);
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                if (!verb_begins_family(verb))
                        continue;
                fprintf(stream, "    '%.*s:", (int)verb_family_length(*verb), (*verb)->name);
                write_zsh_text((*verb)->summary, stream);
                fputs("'\n", stream);
        }
        fputs(")\n"
              "\n"
              "_arguments -C \\\n"
              "    '(- *)'{-h,--help}'[help]' \\\n"
              "    '(- *)'{-V,--version}'[version]' \\\n"
              "    '1:command:->command' \\\n"
              "    '*::argument:->argument'\n"
              "case $state in\n"
              "command)\n"
              "    _describe command commands\n"
              "    ;;\n"
              "argument)\n"
              "    local name=$line[1] family=\n"
              "    case $name in\n",
                stream);
        write_families(stream);
        fputs("    esac\n"
              "    if [[ -n $family ]] && ((CURRENT == 2)); then\n"
              "        compadd ${=family}\n"
              "        return\n"
              "    elif [[ -n $family ]]; then\n"
              "        name+=-$words[2]\n"
              "        shift words\n"
              "        ((CURRENT -= 1))\n"
              "    fi\n"
              "    case $name in\n",
                stream);
        for (const struct verb *const *verb = verbs; *verb; verb++)
                write_zsh_verb(*verb, stream);
        fputs("    esac\n"
              "    ;;\n"
              "esac\n",
                stream);
}
