using EzTemplates.Conformance;

// Holds the solver against other programs' answers to the same questions. Each command's last line is `N agree, N disagree`; the exit
// status is 0 if nothing disagrees in status or validity, 1 if something does or nothing was compared, 2 for a command line that says nothing.
Subcommand[] commands =
[
    new("versions", "--family deb|rpm FILE.tsv", VersionsCommand.Run),
    new("deb", DebCommand.Usage, DebCommand.Run),
    new("check", CheckCommand.Usage, CheckCommand.Run),
    new("rpm", RpmQueries.Usage, RpmQueries.Run),
    new("rpm-check", RpmCheck.Usage, RpmCheck.Run),
    new("libsolv", LibsolvCommand.Usage, LibsolvCommand.Run),
    new("samples", SamplesCommand.Usage, SamplesCommand.Run),
];

if (args is [var name, .. var rest] && Array.Find(commands, c => c.Name == name) is { } command)
{
    try
    {
        var tally = new Tally(Console.Out);
        command.Run(Arguments.Parse(rest), tally);
        return tally.Conclude();
    }
    catch (Exception failure) when (failure is ArgumentException or IOException or EzTemplates.Domain.EzException)
    {
        Console.Error.WriteLine($"{name}: {failure.Message}");
        return 2;
    }
}

Console.Error.WriteLine("usage:");
foreach (var known in commands)
{
    Console.Error.WriteLine($"  EzTemplates.Conformance {known.Name} {known.Usage}");
}

return 2;
