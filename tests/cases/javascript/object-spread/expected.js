const x = {
  ...y,
  a: 1,
<<<<<<< ours
  b: 2,
||||||| base
=======
  ...z,
>>>>>>> theirs
};
