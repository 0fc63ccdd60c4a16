(ns a.b
<<<<<<< ours
  (:require [x.y :as y]
            [p.q :as q]))
||||||| base
  (:require [x.y :as y]))
=======
  (:require [x.y :as y]
            [r.s :as s]))
>>>>>>> theirs
