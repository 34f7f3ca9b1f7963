import ArgumentParser
import Saliency

/// Errors in what was typed, as one line each.
enum Usage {
  /// Runs a check while arguments are validated; its failures become errors of usage.
  static func check(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ValidationError {
      throw error
    } catch {
      throw ValidationError(Failure(error).message)
    }
  }

  /// Throws where the first word, or that after `help`, is no command.
  ///
  /// - Parameter words: what is typed after the program's name.
  static func checkCommand(_ words: [String]) throws(Failure) {
    guard let word = words.first == "help" ? words.dropFirst().first : words.first, !word.hasPrefix("-")
    else {
      return
    }
    let commands = SaliencyCommand.configuration.subcommands.map { $0.configuration }
    let names = commands.compactMap(\.commandName)
    let allNames = names + commands.flatMap(\.aliases) + ["help"]
    guard !allNames.contains(word) else { return }
    var advice = Suggestions.sentence(for: word, in: allNames)
    if advice.isEmpty {
      advice =
        OutputFile(word).exists
        ? "; a command comes first, as in 'saliency explain \(word.printable())'"
        : "; the commands are " + names.joined(separator: ", ")
    }
    throw Failure(
      "there is no command '\(word.printable())'\(advice); see 'saliency --help'", exitCode: Failure.usage)
  }

  /// The failure that the parser of arguments threw, with where to read on.
  static func failure(_ error: any Error) -> Failure {
    var message = SaliencyCommand.message(for: error).replacing(":\n  - ", with: ": ")
      .replacing("\n  - ", with: ", ").replacing("\n", with: " ")
    if message.hasSuffix(".") { message.removeLast() }
    message = message.replacing(". Please", with: "; please").replacing(". Did", with: "; did")
    // The parser writes sentences, "Missing expected argument", where ours are clauses.
    if message.dropFirst().first?.isLowercase == true {
      message = message.prefix(1).lowercased() + message.dropFirst()
    }
    let command =
      SaliencyCommand.fullMessage(for: error).split(separator: "\n").last { $0.contains("--help'") }?
      .split(separator: "'").first { $0.hasSuffix("--help") }.map(String.init) ?? "saliency --help"
    return Failure(message + "; see '\(command)'", exitCode: Failure.usage)
  }
}
