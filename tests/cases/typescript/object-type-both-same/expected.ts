type A = {
  a: string;
<<<<<<< ours
  b: string;
||||||| base
=======
  b: number;
>>>>>>> theirs
};
