struct a {
    int x;
    int y;
};
