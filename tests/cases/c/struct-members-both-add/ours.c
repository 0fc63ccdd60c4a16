struct a {
    int x;
    int y;
    int z;
};
