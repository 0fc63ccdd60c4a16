<<<<<<< ours
const x = ['a', 'b', 'c'];
||||||| base
const x = ['a', 'b'];
=======
const x = ['a', 'b', 'd'];
>>>>>>> theirs
