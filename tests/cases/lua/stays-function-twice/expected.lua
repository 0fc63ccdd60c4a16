local M = {}

<<<<<<< ours
function M.a()
  return 1
end

||||||| base
=======
function M.a()
  return 2
end

>>>>>>> theirs
return M
