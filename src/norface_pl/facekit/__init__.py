"""3-D people with exact labels, on the shapes of ICT-FaceKit."""
