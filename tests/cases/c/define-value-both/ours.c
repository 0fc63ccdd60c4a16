#define MAX_CONN 32
#define NAME "srv"
