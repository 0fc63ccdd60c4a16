<<<<<<< ours
export default b;
||||||| base
export default a;
=======
export default c;
>>>>>>> theirs
