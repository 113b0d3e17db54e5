/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * One function: a forward pass over its blocks until nothing changes, and then another one that
 * tells the facts. Internal to binary/analysis.c; the parts are flow-*.c.
 *
 * The principle that keeps it right: an address that is in a register or a word of the frame is
 * followed, or else it departs (flow_depart), which makes it a fact. So whatever code does with
 * addresses that were lost sight of, it does to functions and data that count as taken.
 */

#include "binary/arena.h"
#include "binary/content.h"
#include "binary/gather.h"

/* Goes through a set of registers by bits: declares `number` as each in turn. */
#define for_each_register(number, bits)                                          \
        for (uint32_t number, left_ = (bits);                                    \
                left_ != 0 && ((number) = (uint32_t)__builtin_ctz(left_), true); \
                left_ &= left_ - 1)

#define SLOTS_MAX 128 /* words of a frame that are known at the same time */

#define INSTRUCTION_NONE UINT32_MAX
#define BLOCK_NONE       UINT32_MAX

/* A word of the stack. */
struct slot {
        int64_t offset; /* from the stack pointer at the entry */
        uint8_t size;   /* 1, 2, 4, 8 bytes */
        struct content content;
};

/* What is known at one place of the function. */
struct state {
        struct content registers[REGISTERS_MAX];
        int64_t escaped_from; /* words of the frame from here on may be changed through pointers */
        bool callers_lost;    /* so may be those of the caller, in which arguments are */
        uint32_t slot_count;
        struct slot slots[SLOTS_MAX]; /* by offset, apart. Where none is, nothing is known; of the
                                         caller's words it is what they held at the entry */
};

/* A state that is kept, with just as much memory as it needs. */
struct kept_state {
        int64_t escaped_from;
        bool callers_lost;
        uint32_t slot_count, slot_capacity;
        struct slot *slots;
        struct content registers[];
};

struct block {
        uint32_t first, count;   /* instructions */
        uint32_t successors[2];  /* blocks: the next one, the target of a branch or jump */
        uint32_t first_edge;     /* to targets of a table, or EDGE_NONE */
        uint32_t live;           /* registers by bits whose contents matter at its beginning */
        uint32_t needed, passed; /* see summarise_block() */
        uint16_t visits;
        bool is_entered; /* from where nothing is known */
        bool is_queued;
        struct kept_state *in; /* NULL: not reached */
};

#define EDGE_NONE UINT32_MAX

/* A way through a table: of the function, not of a block, since blocks are made anew. */
struct edge {
        uint32_t from, to; /* instructions; `to` is in the function */
        uint32_t next;     /* of the same block, or EDGE_NONE */
};

/* A table that a jump was followed through. */
struct followed {
        uint32_t from; /* instruction */
        struct content target;
};

/* A field of what a place or a variable points to, which the function writes. */
struct written_field {
        struct content field;
        unsigned size;
};

/* Per instruction. */
enum mark {
        MARK_LEADER = 1,   /* a block begins */
        MARK_ENTERED = 2,  /* from where nothing is known */
        MARK_RESOLVED = 4, /* a jump through a table all of whose targets are known */
        MARK_OPEN = 8,     /* a jump to anywhere */
        MARK_FINAL = 16,   /* a call that does not come back */
};

struct flow {
        struct gather *gather;
        const struct object *object;
        const struct machine *machine;
        struct arena arena;
        uint32_t returned;  /* registers by bits in which values may be returned */
        uint32_t kept;      /* that calls give back as they were */
        uint32_t all;       /* all general ones, without the stack pointer */
        int64_t frame_base; /* offset of where a frame pointer points to */

        /* The function. */
        uint32_t number;
        uint64_t address, end; /* or a piece of it, if it is too large */
        const uint8_t *bytes;  /* from the address on */
        size_t size;           /* as many of them as the file has */
        bool has_landing_pads, falls_through;
        VECTOR(struct instruction) instructions; /* by address; then what overlaps them */
        VECTOR(uint8_t) marks;                   /* of the instructions */
        VECTOR(uint32_t) block_at;               /* of leaders: the block */
        uint32_t *at; /* by byte: the instruction that begins there + 1, or 0 */
        size_t at_capacity;
        VECTOR(uint64_t) formed; /* addresses that its code contains */
        bool formed_is_sorted;
        VECTOR(struct edge) edges;
        VECTOR(struct followed) followed;
        VECTOR(struct written_field) written_fields;
        uint64_t shared_places; /* by bits: what they pointed to may be changed by others */
        VECTOR(uint32_t) live;  /* behind each instruction of the block whose facts are told */
        VECTOR(struct block) blocks;
        VECTOR(uint32_t) order; /* blocks in reverse postorder */
        uint32_t caught;        /* registers by bits that matter where exceptions land */
        uint32_t undecoded;     /* bytes */

        /* The pass. */
        struct state state;
        uint32_t here;         /* the instruction */
        bool telling;          /* facts are told */
        bool is_open;          /* some jump may lead to any block */
        bool has_unknown_jump; /* which may be one to another function, or not */
        bool has_new_edges;    /* through tables: blocks have to be made anew */
        bool failed;           /* out of memory */
};

/* Makes one for all functions of an object. Never fails: it takes memory as it needs it. */
void flow_init(struct flow *flow, struct gather *gather);
void flow_clear(struct flow *flow);

/* Looks at a function and tells the gatherer what it does. Returns 0 or -ENOMEM. */
int flow_function(struct flow *flow, uint32_t function);

/* ---- Blocks (flow-blocks.c) ---- */

/* Decodes the function. Returns 0 or -ENOMEM. */
int flow_decode(struct flow *flow);

/* Divides the instructions at the marks and connects the blocks. Returns 0 or -ENOMEM. */
int flow_divide(struct flow *flow);

/* True where a block does nothing: it fills the space up to the next one. */
bool flow_is_padding(const struct flow *flow, const struct block *block);

/* Which registers matter behind each instruction of a block. */
void flow_find_live(const struct flow *flow, const struct block *block, uint32_t *ret);

/* The instruction at an address of the function, or INSTRUCTION_NONE. Decodes what begins in the
 * middle of another one. */
uint32_t flow_instruction_at(struct flow *flow, uint64_t address);

/* Marks an instruction; true where it was not marked as a leader before. */
bool flow_mark(struct flow *flow, uint32_t instruction, enum mark mark);

static inline bool flow_contains(const struct flow *flow, uint64_t address)
{
        return address >= flow->address && address < flow->end;
}

/* ---- States (flow-state.c) ---- */

/* That of the function's entry. */
void flow_state_enter(const struct flow *flow, struct state *state);

/* That of which nothing is known. */
void flow_state_forget(struct state *state);

void flow_state_load(const struct flow *flow, const struct kept_state *kept, struct state *ret);

/* Brings the current state into a block's. Returns true where the block's changes. */
bool flow_state_join(struct flow *flow, struct block *block);

/* Lets what the current state knows and the block's does not depart. */
void flow_state_depart(struct flow *flow, const struct block *block);

/* ---- The frame and other memory (flow-memory.c) ---- */

struct location {
        struct content content; /* addresses */
        bool is_exact;          /* or from there on, with an index that is not known */
        uint8_t scale;          /* of that index */
};

struct location flow_location(struct flow *flow, const struct operand *operand);

/* What is read there; tells the fact of it. */
struct content flow_load(struct flow *flow, const struct location *location, unsigned size);

/* Changes what is there. `size` may be OPERAND_SIZE_MANY. */
void flow_store(struct flow *flow, const struct location *location, unsigned size,
        const struct content *content);

/* The word of the frame. */
struct content frame_load(const struct flow *flow, int64_t offset, unsigned size);
void frame_store(struct flow *flow, int64_t offset, unsigned size, const struct content *content);
/* Forgets the words that may have been changed through pointers. */
void frame_forget_escaped(struct flow *flow);
/* Forgets them all, except those below the stack pointer. */
void frame_forget(struct flow *flow);
/* Lets all addresses that are in the frame from `from` on depart. */
void frame_depart(struct flow *flow, int64_t from);

/* ---- Facts (flow-facts.c) ---- */

/* The address of the current instruction, relative to the function. */
uint32_t flow_here(const struct flow *flow);

/* An address, if it is one, goes where it is not followed. */
void flow_depart(struct flow *flow, const struct content *content, enum departure how);
/* The same, handed over together with arguments. */
void flow_depart_with(struct flow *flow, const struct content *content, enum departure how,
        const struct argument *arguments, size_t count);

void flow_tell(struct flow *flow, struct fact fact);

/* The value as a summary has it. */
uint32_t flow_summary_value(struct flow *flow, const struct content *content);

/* Calls and jumps to elsewhere. `handed` are registers that may hand something over, `live` those
 * that matter when it has returned. */
void flow_call(struct flow *flow, const struct content *target, bool is_jump, uint32_t handed,
        uint32_t live);
void flow_system_call(struct flow *flow, const struct instruction *instruction);

/* ---- Instructions (flow-step.c) ---- */

/* Carries out the current instruction on the current state. */
void flow_step(struct flow *flow);

/* ---- Tables (flow-table.c) ---- */

/* The numbers that a table holds, where it is one of numbers and not too large. */
struct content table_numbers(struct flow *flow, const struct content *table);

/* Follows the table that the current instruction jumps through: to places in the function, and, as
 * facts, to elsewhere. Returns false where none of its entries makes sense. */
bool table_follow(struct flow *flow, const struct content *target);
