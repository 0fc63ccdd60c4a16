<<<<<<< ours
s = `a ${c}`;
||||||| base
s = `a ${b}`;
=======
s = `a ${d}`;
>>>>>>> theirs
