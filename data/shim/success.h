// As the kernel's ABI for 64 bits has them.
struct loupe_vector {
        void *base;
        size_t size;
};

struct loupe_message {
        void *name;
        int name_size;
        struct loupe_vector *vectors;
        size_t vector_count;
        void *control;
        size_t control_size;
        int flags;
};

static inline long loupe_read(void *to, const void *from, size_t size)
{
        if (loupe_copy)
                return loupe_copy(to, from, size);
        __builtin_memcpy(to, from, size);
        return 0;
}

// The sizes of the vectors together.
static inline long loupe_sum(const struct loupe_vector *vectors, size_t count)
{
        struct loupe_vector vector;
        size_t sum = 0, i;
        long r;

        for (i = 0; i < count; i++) {
                r = loupe_read(&vector, vectors + i, sizeof(vector));
                if (r < 0)
                        return r;
                sum += vector.size;
        }
        return (long)sum;
}

// The success of a faked call.
static inline long loupe_succeed(enum loupe_success success, long value, const long arguments[6])
{
        struct loupe_message message;
        long r;

        switch (success) {
        case LOUPE_CONSTANT:
                return value;
        case LOUPE_ARGUMENT:
                return arguments[value];
        case LOUPE_DESCRIPTOR:
                return loupe_new_descriptor ? loupe_new_descriptor() : -LOUPE_ENOSYS;
        case LOUPE_VECTORS:
                return loupe_sum((const struct loupe_vector *)(uintptr_t)arguments[value],
                        (size_t)arguments[value + 1]);
        case LOUPE_MESSAGE:
                r = loupe_read(
                        &message, (const void *)(uintptr_t)arguments[value], sizeof(message));
                return r < 0 ? r : loupe_sum(message.vectors, message.vector_count);
        case LOUPE_THREAD:
                return loupe_thread ? loupe_thread() : -LOUPE_ENOSYS;
        }
        return -LOUPE_ENOSYS;
}
