from hepatica.trials.dose_finding import exam, model_exam


def test_its_computations_stand_in_the_exam_of_the_room():
    assert model_exam.COMPUTATIONS.items() <= exam.COMPUTATIONS.items()
    given = {"cases": [{"halfwidth": 0.1, "target": 0.25, "nu": 1, "levels": 1, "model": "empiric"}]}
    assert model_exam.COMPUTATIONS["crm-getprior"](given)["skeletons"][0].tolist() == [0.25]
