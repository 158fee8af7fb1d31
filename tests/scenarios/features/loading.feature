Feature: Loading that goes wrong
  No text message goes out for a document that is not certainly behind the door that the machine names.

  Scenario: Nothing was put in
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk closes the door with nothing inside
    And the clerk answers 2
    Then the machine asks to put the document in
    And nothing was stored
    And nobody has got a text message on 601234123
    When the clerk puts the document for Anna in and closes the door
    And the clerk answers 1
    Then the machine says saved
    And Anna can still collect the document

  Scenario: The document is in another compartment
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk closes the door with nothing inside
    And the clerk answers 3
    Then the machine says not stored
    And nothing was stored
    And the compartment takes no documents until somebody has looked

  Scenario: The desk asks twice for the same document
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk puts the document for Anna in and closes the door
    And the clerk answers 1
    Then the machine says saved
    When the text message for Anna has come
    And the desk sends the document for Anna to the machine
    Then the desk says no, because loaded_already
    And one text message came to 601234123
    And Anna can still collect the document

  Scenario: Somebody else's document lies in the compartment
    Given a document for Anna is registered
    When the clerk has a compartment opened for Anna
    And the clerk says that the compartment is not empty
    And the door is pushed shut
    Then another compartment opens for the clerk
    And the compartment before takes no documents until somebody has looked
    When the clerk puts the document for Anna in and closes the door
    And the clerk answers 1
    Then the machine says saved
    And Anna can still collect the document

  Scenario: An order for a compartment that does not exist
    Given a document for Anna waits in the machine
    When the desk says that somebody has looked into compartment 99
    Then the order to release ends with refused compartment_unknown
    And Anna can still collect the document

  Scenario: An order for a compartment in which a document waits
    Given a document for Anna waits in the machine
    When the desk says that somebody has looked into the compartment of Anna
    Then the order to release ends with refused not_quarantined
    And Anna can still collect the document
