using System.Globalization;
using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// What an `ez` tells the one that it becomes inside a store's namespaces: a variable that only goes from the one to the other.
/// </summary>
/// <param name="Entering">The descriptor with <see cref="Store.StoreLayout.EnteringLock"/>, to be closed once inside.</param>
/// <param name="Member">The descriptor with <see cref="Store.StoreLayout.NamespacesLock"/>, to be kept to the end.</param>
/// <param name="User">Who it is outside; inside, all are root.</param>
/// <param name="Store">The store's root.</param>
/// <param name="Folder">The working directory, which setns(2) to a mount namespace forgets.</param>
public sealed record NamespaceMark(int Entering, int Member, string User, string Store, string Folder)
{
    public const string Variable = "EZ_NAMESPACES";

    // Neither a path of the kernel's nor a user's name has one.
    private const char Separator = '\n';

    /// <summary>What this process was told; null for one that came by no such way.</summary>
    public static NamespaceMark? Current { get; private set; }

    /// <summary>To be called first of all: the process is where it was, and the next command may enter.</summary>
    public static void Adopt()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Variable, null);
        Current = TryParse(text);
        if (Current is { } mark)
        {
            _ = Linux.CloseOnExec(mark.Member, true);
            _ = Linux.Close(mark.Entering);
            EnterFolder(mark.Folder);
        }
    }

    private static void EnterFolder(string folder)
    {
        try
        {
            Directory.SetCurrentDirectory(folder);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Removed since. Whatever is named relative to it is missed in so many words.
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Entering}{Separator}{Member}{Separator}{User}{Separator}{Store}{Separator}{Folder}");

    /// <returns>Null for what is no mark.</returns>
    public static NamespaceMark? TryParse(string text) =>
        text.Split(Separator, 5) is [var entering, var member, var user, var store, var folder]
        && int.TryParse(entering, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(member, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? new NamespaceMark(first, second, user, store, folder)
            : null;
}
