xs.each do |x|
  f(x, 1)
end
