c.each do |x|
  b(x)
end
