struct a x = {
    .a = 1,
};
