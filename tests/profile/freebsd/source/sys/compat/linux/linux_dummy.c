/* DUMMY(read); */
#define DUMMY(s) int linux_ ## s(void)

UNIMPLEMENTED(uselib);
DUMMY(pivot_root);
DUMMY(imagined);
