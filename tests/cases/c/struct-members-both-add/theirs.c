struct a {
    int x;
    int y;
    char *name;
};
