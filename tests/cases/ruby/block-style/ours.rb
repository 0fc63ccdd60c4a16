xs.each do |x|
  f(x)
end
