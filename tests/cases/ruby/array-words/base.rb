A = %w[a b]
