Feature: Doors that do not do as they should
  Nobody stands before a door without being told what to do, and a door in trouble keeps no other resident waiting.

  Scenario: A bystander pushes the door shut before the document is taken
    Given a document for Anna waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And the door is pushed shut
    Then the machine says thank you
    And one document was handed over
    When Anna presses 1
    And Anna types the PIN
    And Anna takes the document and closes the door
    Then the machine says thank you
    And one document was handed over

  Scenario: The resident finds nothing, closes the door on nothing and says so
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna takes the document
    And Anna presses 1
    Then the machine asks what is in the compartment
    When Anna presses 1
    Then the machine says that it will be checked
    When the door is pushed shut
    Then the compartment takes no documents until somebody has looked
    And the centre shows the fault contents_reported
    And Jan can still collect the document

  Scenario: The resident finds somebody else's document and says so
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna presses 1
    Then the machine asks what is in the compartment
    When Anna presses 2
    Then the machine says that it will be checked
    When the door is pushed shut
    Then the compartment takes no documents until somebody has looked
    And the centre shows the fault contents_reported
    And Jan can still collect the document

  Scenario: The resident lets the door fall shut before answering what is in there
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna presses 1
    Then the machine asks what is in the compartment
    When the door is pushed shut
    And the door was seen to close
    Then the machine asks what is in the compartment
    When Anna presses 2
    Then the machine says that it will be checked
    And the compartment takes no documents until somebody has looked
    And the centre shows the fault contents_reported
    And Jan can still collect the document

  Scenario: The door is held open
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna takes the document
    And nobody closes the door
    Then the machine asks to close the door
    When the door is pushed shut
    Then the machine says thank you
    And Jan can still collect the document

  Scenario: The door is never closed
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna takes the document
    Then the machine says you can go now
    And one document was handed over
    And the centre shows the fault door_left_open
    And the compartment takes no documents until somebody has looked
    And Jan can still collect the document

  Scenario: The door cannot be closed, and the resident says so
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna takes the document
    And nobody closes the door
    And Anna presses 1
    Then the machine says you can go now
    And the compartment takes no documents until somebody has looked
    And Jan can still collect the document

  Scenario: The switch of the open door says open for ever
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And from now on the switch of that door says open
    And Anna takes the document
    And the door is pushed shut
    Then the machine says you can go now
    And Jan can still collect the document

  Scenario: Somebody breaks a door open
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When somebody breaks the door of Anna open
    Then the centre shows the fault door_forced
    And the compartment takes no documents until somebody has looked
    And nothing was handed over
    And Jan can still collect the document

  Scenario: The door does not spring open, and does so at the second try
    Given a document for Anna waits in the machine
    And the door of Anna is jammed
    When Anna types the PIN
    And the green key is pressed
    Then the machine says that the door did not open
    And the door stays shut
    And the lock was driven once
    When the door of Anna is free again
    And Anna presses 1
    And Anna takes the document and closes the door
    Then the machine says thank you

  Scenario: The door does not spring open, and the resident gives up
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    And the door of Anna is jammed
    When Anna types the PIN
    And the green key is pressed
    Then the machine says that the door did not open
    When Anna presses 2
    Then the machine says that the document will be at the office
    And the compartment takes no documents until somebody has looked
    And Jan can still collect the document

  Scenario: The resident cannot reach the compartment
    Given a document for Anna waits in the machine
    When Anna types the PIN
    And Anna presses 1
    Then the machine says that the document will be at the office
    And nothing was handed over
