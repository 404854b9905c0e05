using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// What an `ez` tells the one that it becomes inside a store's namespaces: a variable that only goes from the one to the other.
/// </summary>
/// <param name="Descriptors">
/// Those with <see cref="StoreLayout.EnteringLock"/> and <see cref="StoreLayout.NamespacesLock"/>, and of the user and the mount namespace.
/// </param>
/// <param name="User">Who it is outside; inside, all are root.</param>
/// <param name="Store">The store's root, without links.</param>
/// <param name="Folder">The working directory, which setns(2) to a mount namespace forgets.</param>
public sealed record NamespaceMark(ImmutableArray<int> Descriptors, string User, string Store, string Folder)
{
    public const string Variable = "EZ_NAMESPACES";

    // Neither a path of the kernel's nor a user's name has one.
    private const char Separator = '\n';
    private const int DescriptorCount = 4;

    private static bool IsWhereItWas = true;

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
            LockAnew(mark.Descriptors[1]);
            foreach (var descriptor in mark.Descriptors)
            {
                _ = Linux.Close(descriptor);
            }

            IsWhereItWas = TryEnter(mark.Folder);
        }
    }

    /// <exception cref="EzException">Environment: the working directory cannot be entered from inside, and names relative to it would mean other files.</exception>
    public static void RequireFolder()
    {
        if (!IsWhereItWas)
        {
            throw new EzException(FailureKind.Environment, $"cannot enter the working directory `{Current!.Folder}`", "cd to a directory that this user may enter");
        }
    }

    /// <summary>/proc/locks names who took a lock, which for a process that another one started is that one.</summary>
    private static void LockAnew(int descriptor)
    {
        using var file = Libc.Open(null, string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}"), OpenFlags.Read);
        _ = Libc.TryLock(file, FileLockMode.Shared);

        // Never closed: it is had to the end.
        file.SetHandleAsInvalid();
    }

    private static bool TryEnter(string folder)
    {
        try
        {
            Directory.SetCurrentDirectory(folder);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public override string ToString() => string.Join(Separator, [.. Descriptors.Select(number => number.ToString(CultureInfo.InvariantCulture)), User, Store, Folder]);

    /// <returns>Null for what is no mark.</returns>
    public static NamespaceMark? TryParse(string text)
    {
        var words = text.Split(Separator, DescriptorCount + 3);
        var descriptors = words.Take(DescriptorCount)
            .Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToImmutableArray();
        return words is [.., var user, var store, var folder] && words.Length == DescriptorCount + 3 && !descriptors.Contains(-1)
            ? new NamespaceMark(descriptors, user, store, folder)
            : null;
    }
}
