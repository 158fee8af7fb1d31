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
