return {
  'a',
<<<<<<< ours
  'b',
||||||| base
=======
  'c',
>>>>>>> theirs
}
