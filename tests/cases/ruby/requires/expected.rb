require 'a'
<<<<<<< ours
require 'b'
||||||| base
=======
require 'c'
>>>>>>> theirs
