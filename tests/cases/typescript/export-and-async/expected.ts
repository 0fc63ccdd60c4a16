<<<<<<< ours
export function f() {}
||||||| base
function f() {}
=======
async function f() {}
>>>>>>> theirs
