#define MAX_CONN 16
#define NAME "srv"
