c.each do |x|
  b(x, 1)
end
