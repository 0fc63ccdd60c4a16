<<<<<<< ours
f(a, b);
||||||| base
f(a);
=======
f(a, c);
>>>>>>> theirs
