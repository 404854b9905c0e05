using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What a new environment has of its own besides its name.</summary>
/// <param name="Files">Each only where the version has its folder.</param>
/// <param name="FirstCommands">Shell commands that run before the first command in it does.</param>
public sealed record EnvironmentSetup(ImmutableArray<PrivateFile> Files, ImmutableArray<string> FirstCommands)
{
    public static EnvironmentSetup None { get; } = new([], []);
}

/// <summary>A file of root's in a private area.</summary>
/// <param name="Content">Called for each environment: some are at random.</param>
public sealed record PrivateFile(TreePath Path, Func<byte[]> Content, int Mode = 0b110_100_100);
