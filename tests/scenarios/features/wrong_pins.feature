Feature: PINs that do not open a door
  Whoever has no right PIN opens nothing, and keeps nobody else from their document.

  Scenario: A wrong PIN, then the right one
    Given a document for Anna waits in the machine
    When somebody types a PIN that belongs to nobody
    Then the machine says that the PIN does not match
    And nothing was handed over
    When Anna types the PIN
    Then the machine names the compartment

  Scenario: A PIN that was already used
    Given a document for Anna waits in the machine
    And Anna has collected the document
    When Anna types the PIN
    And the door has opened
    And the door is pushed shut
    Then the machine says thank you
    When everybody goes away
    And Anna types the PIN
    Then the machine says that the PIN has been used
    And one document was handed over

  Scenario: A PIN of somebody else, after the machine has begun to ask for the phone
    Given a document for Anna waits in the machine
    And a document for Jan waits, whose phone is 602345678
    When somebody types 8 wrong PINs
    And everybody goes away
    And Jan types the own number and the PIN of Anna
    Then the machine says that the PIN does not match
    And nothing was handed over
    And Jan can still collect the document
    And Anna can still collect the document

  Scenario: A vandal types eight wrong PINs
    Given a document for Anna waits in the machine
    When somebody types 8 wrong PINs
    And everybody goes away
    Then Anna can still collect the document

  Scenario: The day's last wrong PIN asks for the phone at once
    Given a document for Anna waits in the machine
    When somebody types wrong PINs until the number is asked for
    Then the wrong PIN is told as such
    When Anna types the PIN
    Then the machine names the compartment

  Scenario: An old PIN, after a new one was issued
    Given a document for Anna waits in the machine
    When the desk issues a new PIN for Anna
    And Anna types the old PIN
    Then the machine says that the PIN does not match
    And Anna can still collect the document

  Scenario: A phone of another country, after the machine has begun to ask for it
    Given a document for Olena waits, whose phone is +380671234567
    When somebody types 8 wrong PINs
    And everybody goes away
    Then Olena can still collect the document

  Scenario: Two people at once
    Given a document for Anna waits in the machine
    And a document for Jan is registered
    When Anna types the PIN
    And the desk sends the document for Jan to the machine
    Then the order to load ends with refused busy
    And the machine names the compartment
    When the green key is pressed
    And Anna takes the document and closes the door
    Then the machine says thank you
