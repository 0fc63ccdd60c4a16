struct a x = {
    .a = 1,
<<<<<<< ours
    .b = 2,
||||||| base
=======
    .c = 3,
>>>>>>> theirs
};
