<<<<<<< ours
type A = "x" | "y" | "z";
||||||| base
type A = "x" | "y";
=======
type A = "x" | "y" | "w";
>>>>>>> theirs
