<<<<<<< ours
const f = (a) => {
  return a + 1;
};
||||||| base
const f = (a) => a + 1;
=======
const f = (a) => a + 2;
>>>>>>> theirs
