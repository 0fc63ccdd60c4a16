const a = [
  'x',
<<<<<<< ours
  'y',
||||||| base
=======
  'z',
>>>>>>> theirs
];
