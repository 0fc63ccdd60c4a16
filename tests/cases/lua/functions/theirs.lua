function a()
  return 1
end

function c()
  return 3
end
