using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>Whose librpm runs a tree's scriptlets.</summary>
public abstract record LibrpmSource
{
    private LibrpmSource()
    {
    }

    /// <summary>This host's, with its settings.</summary>
    public sealed record Host : LibrpmSource
    {
        internal Host(HostLibrpm found) => Found = found;

        internal HostLibrpm Found { get; }

        /// <summary>The name of its library.</summary>
        public string Name => HostLibrpm.NamesOf(Found.Version)[0];

        /// <summary>Whether it can write the database that is wanted: <see cref="HostLibrpm.WritesSqlite"/>.</summary>
        public bool WritesSqlite => Found.WritesSqlite;
    }

    /// <summary>The tree's own, with its own dynamic loader.</summary>
    /// <param name="Version">Of its interface: <c>9</c> in librpm.so.9.</param>
    /// <param name="Folder">Where its libraries are; ldconfig(8) may not have run yet.</param>
    /// <param name="Settings">Files below the tree's /usr/lib/rpm, by their names there: <c>rpmrc</c>, <c>macros</c>, <c>lua/...</c>.</param>
    public sealed record Tree(string Version, TreePath Folder, ImmutableArray<(string Name, byte[] Content)> Settings) : LibrpmSource;

    /// <summary>This host's, where it has one that can be run.</summary>
    /// <param name="folder">Of unfinished work.</param>
    public static Host? FindHosts(string folder) => HostLibrpm.Find(folder) is { } found ? new Host(found) : null;

    /// <summary>The interfaces that are known, the newest first: rpm 4.19 and newer, 4.14 to 4.18.</summary>
    public static ImmutableArray<string> Versions { get; } = ["10", "9"];
}
