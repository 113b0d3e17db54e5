/* SPDX-License-Identifier: BSD-3-Clause */

/* The mnemonics that have a word in binary/instruction.h, and what makes one of the other. */

#include "base/cleanup.h"
#include "binary/machine-x86-64.h"
#include "binary/translation-x86-64.h"

static bool translate_plain(struct translation *translation, enum operation operation)
{
        translation->ret->operation = operation;
        return true;
}

static bool translate_two(
        struct translation *translation, struct operand *ret_first, struct operand *ret_second)
{
        return translation->operand_count == 2 &&
               translate_operand(translation, &translation->operands[0], ret_first) &&
               translate_operand(translation, &translation->operands[1], ret_second);
}

static bool translate_move(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        ret->sign_extended = translation->raw.mnemonic == ZYDIS_MNEMONIC_MOVSX ||
                             translation->raw.mnemonic == ZYDIS_MNEMONIC_MOVSXD;
        if (!translate_two(translation, &ret->destination, &ret->sources[0]))
                return false;
        if (ret->sources[0].kind == OPERAND_NUMBER)
                ret->sources[0].size = ret->destination.size;
        return true;
}

static bool translate_address(struct translation *translation, enum operation operation)
{
        /* A 32-bit address is cut off, which the analysis has no word for. */
        if (translation->raw.address_width != 64)
                return false;
        return translate_move(translation, operation);
}

/* True where the result does not depend on what was there: it is `*ret_number`. */
static bool result_is_fixed(const struct instruction *instruction, int64_t *ret_number)
{
        const struct operand *first = &instruction->sources[0], *second = &instruction->sources[1];
        bool same = first->kind == OPERAND_REGISTER && second->kind == OPERAND_REGISTER &&
                    first->reg == second->reg;

        *ret_number = 0;
        if (instruction->operation == OPERATION_XOR || instruction->operation == OPERATION_SUBTRACT)
                return same;
        if (second->kind != OPERAND_NUMBER)
                return false;
        *ret_number = second->number;
        return (instruction->operation == OPERATION_AND && second->number == 0) ||
               (instruction->operation == OPERATION_OR && second->number == -1);
}

static void make_fixed(struct instruction *instruction, int64_t number)
{
        if (instruction->destination.kind == OPERAND_REGISTER)
                instruction->read = instruction->addressing = 0;
        instruction->operation = OPERATION_MOVE;
        instruction->sources[0] = number_operand(number, instruction->destination.size);
        instruction->sources[1] = (struct operand){};
}

/* destination = destination op source, or destination = source op source. */
static bool translate_binary(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;
        unsigned first = translation->operand_count - 2;
        int64_t number;

        if (translation->operand_count != 2 && translation->operand_count != 3)
                return false;
        ret->operation = operation;
        if (!translate_operand(translation, &translation->operands[0], &ret->destination) ||
                !translate_operand(translation, &translation->operands[first], &ret->sources[0]) ||
                !translate_operand(
                        translation, &translation->operands[first + 1], &ret->sources[1]))
                return false;
        if (ret->sources[1].kind == OPERAND_NUMBER)
                ret->sources[1].size = ret->destination.size;
        if (result_is_fixed(ret, &number))
                make_fixed(ret, number);
        return true;
}

static bool translate_shift(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        if (!translate_binary(translation, operation))
                return false;
        if (ret->sources[1].kind == OPERAND_NUMBER)
                ret->sources[1].number &= ret->destination.size == 8 ? 63 : 31;
        return true;
}

/* inc, dec: destination op 1; not: destination ^ -1. */
static bool translate_unary(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (!translate_operand(translation, &translation->operands[0], &ret->destination))
                return false;
        ret->sources[0] = ret->destination;
        ret->sources[1] =
                number_operand(operation == OPERATION_XOR ? -1 : 1, ret->destination.size);
        return true;
}

static bool translate_negate(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (!translate_operand(translation, &translation->operands[0], &ret->destination))
                return false;
        ret->sources[0] = number_operand(0, ret->destination.size);
        ret->sources[1] = ret->destination;
        return true;
}

static bool translate_compare(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (!translate_two(translation, &ret->sources[0], &ret->sources[1]))
                return false;
        if (ret->sources[1].kind == OPERAND_NUMBER)
                ret->sources[1].size = ret->sources[0].size;
        return true;
}

/* cmov: what was there, or the source. */
static bool translate_select(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (!translate_two(translation, &ret->destination, &ret->sources[1]))
                return false;
        ret->sources[0] = ret->destination;
        ret->read |= BIT(ret->destination.reg);
        ret->addressing &= ~BIT(ret->destination.reg);
        return true;
}

/* setcc: 0 or 1. */
static bool translate_set(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (!translate_operand(translation, &translation->operands[0], &ret->destination))
                return false;
        ret->sources[0] = number_operand(0, ret->destination.size);
        ret->sources[1] = number_operand(1, ret->destination.size);
        return true;
}

/* sbb of a register and itself: 0 or -1, as the carry was. */
static bool translate_borrow(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (!translate_two(translation, &ret->destination, &ret->sources[0]) ||
                ret->destination.kind != OPERAND_REGISTER ||
                ret->sources[0].kind != OPERAND_REGISTER ||
                ret->destination.reg != ret->sources[0].reg)
                return false;
        ret->read = 0;
        ret->sources[0] = number_operand(0, ret->destination.size);
        ret->sources[1] = number_operand(-1, ret->destination.size);
        return true;
}

/* cbw, cwde, cdqe. */
static bool translate_widen(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;
        uint8_t size = translation->raw.operand_width / 8;

        ret->operation = operation;
        ret->sign_extended = true;
        ret->destination = register_operand(RAX, size);
        ret->sources[0] = register_operand(RAX, size / 2);
        ret->read = ret->written = BIT(RAX);
        return true;
}

static bool translate_push(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;
        uint8_t size = translation->raw.operand_width == 16 ? 2 : 8;

        ret->adjust = -size;
        ret->destination = stack_operand(size);
        ret->read |= BIT(RSP);
        if (translation->operand_count == 1 &&
                translate_operand(translation, &translation->operands[0], &ret->sources[0])) {
                ret->operation = operation;
                ret->sources[0].size = size;
        }
        if (!(ret->sources[0].kind == OPERAND_REGISTER && ret->sources[0].reg == RSP))
                ret->addressing |= BIT(RSP);
        return true;
}

static bool translate_pop(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;
        uint8_t size = translation->raw.operand_width == 16 ? 2 : 8;

        ret->adjust = size;
        ret->sources[0] = stack_operand(size);
        ret->read |= BIT(RSP);
        ret->addressing |= BIT(RSP);
        if (translation->operand_count != 1 ||
                !translate_operand(translation, &translation->operands[0], &ret->destination))
                return true;
        if (ret->destination.kind == OPERAND_REGISTER && ret->destination.reg == RSP) {
                ret->adjust = 0;
                return true;
        }
        ret->operation = operation;
        ret->destination.size = size;
        /* Such an address is calculated when the stack pointer has moved on already. */
        if (ret->destination.kind == OPERAND_MEMORY && ret->destination.base == RSP)
                ret->destination.number += size;
        return true;
}

/* rsp = rbp; then the caller's rbp is popped. */
static bool translate_leave(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        ret->adjust = 8;
        ret->destination = register_operand(RSP, 8);
        ret->sources[0] = register_operand(RBP, 8);
        ret->read = BIT(RBP);
        ret->written = BIT(RSP) | BIT(RBP);
        return true;
}

static bool translate_enter(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        ret->read = BIT(RSP) | BIT(RBP);
        ret->written = BIT(RSP) | BIT(RBP);
        ret->destination = (struct operand){
                .kind = OPERAND_MEMORY,
                .size = 8,
                .base = RSP,
                .index = REGISTER_NONE,
                .number = -8,
        };
        return true;
}

/* A direct jump, call or branch, whose operand does not have to be decoded. */
static bool translate_direct(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        ret->sources[0] = (struct operand){
                .kind = OPERAND_ADDRESS,
                .size = 8,
                .number = (int64_t)(ret->address + translation->raw.length +
                                    translation->raw.raw.imm[0].value.u),
        };
        return true;
}

/* A jump or call, direct or not. */
static bool translate_transfer(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        if (translation->raw.raw.imm[0].is_relative)
                return translate_direct(translation, operation);
        if (translation->raw.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR &&
                operation == OPERATION_JUMP) {
                ret->operation = OPERATION_STOP;
                return true;
        }
        if (!decode_operands(translation, translation->raw.operand_count_visible))
                return false;
        note_registers(translation);
        ret->operation = operation;
        return translate_operand(translation, &translation->operands[0], &ret->sources[0]);
}

/* jrcxz, loop: branches by rcx, which loop counts down. */
static bool translate_counted(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->read = BIT(RCX);
        if (translation->raw.mnemonic == ZYDIS_MNEMONIC_LOOP ||
                translation->raw.mnemonic == ZYDIS_MNEMONIC_LOOPE ||
                translation->raw.mnemonic == ZYDIS_MNEMONIC_LOOPNE)
                ret->written = BIT(RCX);
        return translate_direct(translation, operation);
}

/* xbegin: goes to its operand, with the cause in eax, when the transaction fails. */
static bool translate_transaction(struct translation *translation, enum operation operation)
{
        translation->ret->written = BIT(RAX);
        return translate_direct(translation, operation);
}

static bool translate_kernel_entry(struct translation *translation, enum operation operation)
{
        struct instruction *ret = translation->ret;

        ret->operation = operation;
        if (translation->raw.mnemonic == ZYDIS_MNEMONIC_SYSCALL) {
                ret->entry = KERNEL_ENTRY_SYSCALL;
        } else if (translation->raw.mnemonic == ZYDIS_MNEMONIC_SYSENTER) {
                ret->entry = KERNEL_ENTRY_SYSENTER;
        } else if (translation->raw.raw.imm[0].value.u == 0x80) {
                ret->entry = KERNEL_ENTRY_INT80;
        } else {
                ret->operation = OPERATION_STOP;
                return true;
        }
        ret->written = machine_x86_64.entries[ret->entry]->changed;
        return true;
}

/* Two registers that are one: nothing happens, unless the upper half is zeroed. */
static bool translate_exchange(struct translation *translation, enum operation operation)
{
        struct operand first, second;

        translation->ret->operation = operation;
        translation->ret->read = translation->ret->addressing = translation->ret->written = 0;
        return translate_two(translation, &first, &second) && first.kind == OPERAND_REGISTER &&
               second.kind == OPERAND_REGISTER && first.reg == second.reg && first.size != 4;
}

#define ROW(name, translator, operation_) \
        [ZYDIS_MNEMONIC_##name] = {.translate = (translator), .operation = OPERATION_##operation_}
#define BARE(name, translator, operation_) \
        [ZYDIS_MNEMONIC_##name] = {(translator), OPERATION_##operation_, .no_operands = true}
#define FOR_CONDITIONS(row, prefix)                                                                \
        row(prefix##B), row(prefix##BE), row(prefix##L), row(prefix##LE), row(prefix##NB),         \
                row(prefix##NBE), row(prefix##NL), row(prefix##NLE), row(prefix##NO),              \
                row(prefix##NP), row(prefix##NS), row(prefix##NZ), row(prefix##O), row(prefix##P), \
                row(prefix##S), row(prefix##Z)
#define BRANCH(name)  BARE(name, translate_direct, BRANCH)
#define SELECT(name)  ROW(name, translate_select, SELECT)
#define SET(name)     ROW(name, translate_set, SELECT)
#define NOTHING(name) BARE(name, translate_plain, NOTHING)
#define STOP(name)    BARE(name, translate_plain, STOP)

const struct translation_row translation_rows[ZYDIS_MNEMONIC_MAX_VALUE + 1] = {
        ROW(MOV, translate_move, MOVE),
        ROW(MOVZX, translate_move, MOVE),
        ROW(MOVSX, translate_move, MOVE),
        ROW(MOVSXD, translate_move, MOVE),
        ROW(MOVNTI, translate_move, MOVE),
        ROW(MOVDIRI, translate_move, MOVE),
        ROW(LEA, translate_address, ADDRESS),
        ROW(ADD, translate_binary, ADD),
        ROW(SUB, translate_binary, SUBTRACT),
        ROW(AND, translate_binary, AND),
        ROW(OR, translate_binary, OR),
        ROW(XOR, translate_binary, XOR),
        ROW(IMUL, translate_binary, MULTIPLY),
        ROW(SHL, translate_shift, SHIFT_LEFT),
        ROW(SHR, translate_shift, SHIFT_RIGHT),
        ROW(SHLX, translate_shift, SHIFT_LEFT),
        ROW(SHRX, translate_shift, SHIFT_RIGHT),
        ROW(INC, translate_unary, ADD),
        ROW(DEC, translate_unary, SUBTRACT),
        ROW(NOT, translate_unary, XOR),
        ROW(NEG, translate_negate, SUBTRACT),
        ROW(SBB, translate_borrow, SELECT),
        ROW(CMP, translate_compare, COMPARE),
        ROW(TEST, translate_compare, COMPARE),
        ROW(XCHG, translate_exchange, NOTHING),
        BARE(CBW, translate_widen, MOVE),
        BARE(CWDE, translate_widen, MOVE),
        BARE(CDQE, translate_widen, MOVE),
        FOR_CONDITIONS(SELECT, CMOV),
        FOR_CONDITIONS(SET, SET),

        ROW(PUSH, translate_push, MOVE),
        ROW(POP, translate_pop, MOVE),
        BARE(PUSHF, translate_push, OTHER),
        BARE(PUSHFQ, translate_push, OTHER),
        BARE(POPF, translate_pop, OTHER),
        BARE(POPFQ, translate_pop, OTHER),
        BARE(LEAVE, translate_leave, MOVE),
        BARE(ENTER, translate_enter, OTHER),

        BARE(CALL, translate_transfer, CALL),
        BARE(JMP, translate_transfer, JUMP),
        FOR_CONDITIONS(BRANCH, J),
        BARE(JCXZ, translate_counted, BRANCH),
        BARE(JECXZ, translate_counted, BRANCH),
        BARE(JRCXZ, translate_counted, BRANCH),
        BARE(LOOP, translate_counted, BRANCH),
        BARE(LOOPE, translate_counted, BRANCH),
        BARE(LOOPNE, translate_counted, BRANCH),
        BARE(XBEGIN, translate_transaction, BRANCH),
        BARE(RET, translate_plain, RETURN),
        BARE(SYSCALL, translate_kernel_entry, SYSTEM_CALL),
        BARE(SYSENTER, translate_kernel_entry, SYSTEM_CALL),
        BARE(INT, translate_kernel_entry, SYSTEM_CALL),

        /* What a program cannot do, and what never comes back. */
        STOP(UD0),
        STOP(UD1),
        STOP(UD2),
        STOP(HLT),
        STOP(INT1),
        STOP(INT3),
        STOP(IRET),
        STOP(IRETD),
        STOP(IRETQ),
        STOP(SYSRET),
        STOP(SYSEXIT),
        STOP(UIRET),
        STOP(RSM),

        NOTHING(NOP),
        NOTHING(ENDBR32),
        NOTHING(ENDBR64),
        NOTHING(PAUSE),
        NOTHING(FNOP),
        NOTHING(LFENCE),
        NOTHING(MFENCE),
        NOTHING(SFENCE),
        NOTHING(PREFETCH),
        NOTHING(PREFETCHW),
        NOTHING(PREFETCHNTA),
        NOTHING(PREFETCHT0),
        NOTHING(PREFETCHT1),
        NOTHING(PREFETCHT2),
        NOTHING(PREFETCHWT1),
};
