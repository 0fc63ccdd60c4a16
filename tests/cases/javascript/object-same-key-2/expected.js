const o = {
  a: 1,
<<<<<<< ours
  b: 2,
||||||| base
=======
  b: 3,
>>>>>>> theirs
};
