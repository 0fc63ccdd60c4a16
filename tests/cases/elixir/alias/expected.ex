defmodule A do
  alias B
<<<<<<< ours
  alias C
||||||| base
=======
  alias D
>>>>>>> theirs
end
