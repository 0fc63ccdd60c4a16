<<<<<<< ours
const f = () => 2;
||||||| base
const f = () => 1;
=======
const f = () => 3;
>>>>>>> theirs
