<<<<<<< ours
let a: string;
||||||| base
let a: number;
=======
let a: boolean;
>>>>>>> theirs
