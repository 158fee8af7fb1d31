Feature: The power fails
  After a power cut the machine goes on where it can know, asks where it cannot, and opens no door by itself.

  Scenario: While the PIN is typed
    Given a document for Anna waits in the machine
    When Anna types half of the PIN
    And the power fails
    And the power comes back
    Then the machine shows the start
    And Anna can still collect the document

  Scenario: After the compartment was named
    Given a document for Anna waits in the machine
    When Anna types the PIN
    And the power fails
    And the power comes back
    Then the machine shows the start
    And nothing was handed over
    And Anna can still collect the document

  Scenario: While the door is open
    Given a document for Anna waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And the power fails
    And the power comes back
    Then the machine says take the document
    When Anna takes the document and closes the door
    Then the machine says thank you
    And one document was handed over
    And the lock was driven once

  Scenario: While the door is open, and it is closed in the dark
    Given a document for Anna waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And the power fails
    And Anna takes the document
    And the door is pushed shut
    And the power comes back
    Then one document was handed over
    And the lock was driven once

  Scenario: While the clerk has the compartment open
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the power fails
    And the power comes back
    Then the machine asks to put the document in
    When the clerk puts the document for Anna in and closes the door
    And the clerk answers 1
    Then the machine says saved
    And Anna can still collect the document

  Scenario: While the machine asks where the document is
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk puts the document for Anna in and closes the door
    And the power fails
    And the power comes back
    Then the machine asks where the document is
    And nothing was stored
    When the clerk answers 1
    Then the machine says saved
    And Anna can still collect the document

  Scenario: While the machine says that the door did not open
    Given a document for Anna waits in the machine
    And the door of Anna is jammed
    When Anna types the PIN
    And the green key is pressed
    Then the machine says that the door did not open
    When the power fails
    And the power comes back
    Then the lock was driven once
    And the door stays shut
    And nothing was handed over

  Scenario: While a door stands open that nobody closes
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna takes the document
    And nobody closes the door
    And the power fails
    And the power comes back
    Then the machine says you can go now
    And one document was handed over
    And Jan can still collect the document

  Scenario: While somebody breaks a door open
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When the power fails
    And somebody breaks the door of Anna open
    And the power comes back
    Then the centre shows the fault door_forced
    And the compartment takes no documents until somebody has looked
    And Jan can still collect the document

  Scenario: After wrong PINs
    Given a document for Anna waits in the machine
    When somebody types 8 wrong PINs
    And the power fails
    And the power comes back
    Then the machine shows the start
    When the green key is pressed
    Then the machine asks for the phone number
    And Anna can still collect the document

  Scenario: While a phone number of another country is typed
    Given a document for Olena waits, whose phone is +380671234567
    When somebody types 8 wrong PINs
    And everybody goes away
    And Olena types half of the phone number
    And the power fails
    And the power comes back
    Then the machine shows the start
    And Olena can still collect the document

  Scenario: While a new PIN is on its way
    Given a document for Anna waits in the machine
    When the power fails
    And the desk asks for a new PIN for Anna
    And the power comes back
    And the new text message for Anna has come
    And Anna types the old PIN
    Then the machine says that the PIN does not match
    And Anna can still collect the document

  Scenario: After a PIN was used
    Given a document for Anna waits in the machine
    And Anna has collected the document
    When the power fails
    And the power comes back
    Then the machine shows the start
    When Anna types the PIN
    Then the machine says that the PIN has been used
    And one document was handed over

  Scenario: After a bystander has pushed the door shut
    Given a document for Anna waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And the door is pushed shut
    Then the machine says thank you
    When the power fails
    And the power comes back
    Then the machine shows the start
    When Anna types the PIN
    Then the machine says that the PIN has been used
    And one document was handed over
    And the lock was driven once

  Scenario: While two people want something
    Given a document for Anna waits in the machine
    And a document for Jan is registered
    When Anna types the PIN
    And the desk sends the document for Jan to the machine
    Then the order to load ends with refused busy
    When the power fails
    And the power comes back
    Then the machine shows the start
    And Anna can still collect the document
    When the clerk loads the document for Jan
    Then Jan can still collect the document

  Scenario: While an order for a compartment that does not exist is on its way
    Given a document for Anna waits in the machine
    When the power fails
    And the desk says that somebody has looked into compartment 99
    And the power comes back
    Then the order to release ends with refused compartment_unknown
    And Anna can still collect the document

  Scenario: While the clerk has a compartment open in which somebody else's document lies
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk says that the compartment is not empty
    And the power fails
    And the door is pushed shut
    And the power comes back
    Then another compartment opens for the clerk
    And the compartment before takes no documents until somebody has looked
    When the clerk puts the document for Anna in and closes the door
    And the clerk answers 1
    Then the machine says saved
    And Anna can still collect the document

  Scenario: After the clerk has put nothing in
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk closes the door with nothing inside
    And the clerk answers 2
    Then the machine asks to put the document in
    When the power fails
    And the power comes back
    Then the machine asks to put the document in
    And nothing was stored
    And nobody has got a text message on 601234123
    When the clerk puts the document for Anna in and closes the door
    And the clerk answers 1
    Then the machine says saved

  Scenario: While the resident says what is in the compartment
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And Anna takes the document
    And Anna presses 1
    Then the machine asks what is in the compartment
    When the power fails
    And the power comes back
    Then the machine says take the document
    When the door is pushed shut
    Then the machine says thank you
    And one document was handed over
    And Jan can still collect the document

  Scenario: While the switch of the open door says open for ever
    Given a document for Anna waits in the machine
    And a document for Jan waits in the machine
    When Anna types the PIN
    And the green key is pressed
    And the door has opened
    And from now on the switch of that door says open
    And Anna takes the document
    And the door is pushed shut
    And the power fails
    And the power comes back
    Then the machine says you can go now
    And one document was handed over
    And Jan can still collect the document
