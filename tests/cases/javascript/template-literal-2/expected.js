<<<<<<< ours
x = `a${b}c`;
||||||| base
x = 'a' + b + 'c';
=======
x = 'a' + b + 'd';
>>>>>>> theirs
