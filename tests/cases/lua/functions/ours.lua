function a()
  return 1
end

function b()
  return 2
end
