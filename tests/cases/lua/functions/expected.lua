function a()
  return 1
end

function b()
  return 2
end

function c()
  return 3
end
