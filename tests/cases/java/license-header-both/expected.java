/*
<<<<<<< ours
 * Copyright 2019-2020 A
||||||| base
 * Copyright 2019 A
=======
 * Copyright 2019 A and B
>>>>>>> theirs
 */
class T {}
